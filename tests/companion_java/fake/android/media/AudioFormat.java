package android.media;

public final class AudioFormat {
    int encoding;
    int hz;
    int mask;

    public static class Builder {
        private final AudioFormat made = new AudioFormat();

        public Builder setEncoding(int encoding) {
            made.encoding = encoding;
            return this;
        }

        public Builder setSampleRate(int hz) {
            made.hz = hz;
            return this;
        }

        public Builder setChannelMask(int mask) {
            made.mask = mask;
            return this;
        }

        public AudioFormat build() {
            return made;
        }
    }
}
