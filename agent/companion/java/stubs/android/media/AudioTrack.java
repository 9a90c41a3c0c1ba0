package android.media;

public class AudioTrack {
    public static native int getMinBufferSize(int hz, int mask, int encoding);

    public native int getState();

    public native void play();

    public native int write(short[] samples, int offset, int count, int mode);

    public native int getBufferSizeInFrames();

    public native boolean getTimestamp(AudioTimestamp stamp);

    public native boolean setPreferredDevice(AudioDeviceInfo device);

    public native void pause();

    public native void flush();

    public native void release();

    public static class Builder {
        public Builder() {
        }

        public native Builder setAudioAttributes(AudioAttributes attributes);

        public native Builder setAudioFormat(AudioFormat format);

        public native Builder setTransferMode(int mode);

        public native Builder setBufferSizeInBytes(int size);

        public native AudioTrack build();
    }
}
