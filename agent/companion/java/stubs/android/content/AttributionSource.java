package android.content;

public final class AttributionSource {
    public static final class Builder {
        public Builder(int uid) {
        }

        public native Builder setPackageName(String name);

        public native AttributionSource build();
    }
}
