package android.media;

import android.content.Context;

public class AudioRecord {
    public native int getState();

    public native void startRecording();

    public native int getRecordingState();

    public native int read(byte[] into, int offset, int count);

    public native int getTimestamp(AudioTimestamp stamp, int base);

    public native int getBufferSizeInFrames();

    public native boolean setPreferredDevice(AudioDeviceInfo device);

    public native AudioRecordingConfiguration getActiveRecordingConfiguration();

    public native void stop();

    public native void release();

    public static class Builder {
        public Builder() {
        }

        public native Builder setAudioSource(int source);

        public native Builder setAudioFormat(AudioFormat format);

        public native Builder setBufferSizeInBytes(int size);

        public native Builder setContext(Context context);

        public native AudioRecord build();
    }
}
