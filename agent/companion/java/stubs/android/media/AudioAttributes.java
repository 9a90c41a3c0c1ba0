package android.media;

public final class AudioAttributes {
    public static class Builder {
        public Builder() {
        }

        public native Builder setUsage(int usage);

        public native Builder setContentType(int type);

        public native AudioAttributes build();
    }
}
