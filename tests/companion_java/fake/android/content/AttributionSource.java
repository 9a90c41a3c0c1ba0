package android.content;

public final class AttributionSource {
    public final int uid;
    public final String name;

    private AttributionSource(int uid, String name) {
        this.uid = uid;
        this.name = name;
    }

    public static final class Builder {
        private final int uid;
        private String name;

        public Builder(int uid) {
            this.uid = uid;
        }

        public Builder setPackageName(String to) {
            name = to;
            return this;
        }

        public AttributionSource build() {
            return new AttributionSource(uid, name);
        }
    }
}
