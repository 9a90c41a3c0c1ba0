package android.media;

public final class AudioFormat {
    public static class Builder {
        public Builder() {
        }

        public native Builder setEncoding(int encoding);

        public native Builder setSampleRate(int hz);

        public native Builder setChannelMask(int mask);

        public native AudioFormat build();
    }
}
