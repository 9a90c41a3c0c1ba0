package android.media;

public final class AudioRecordingConfiguration {
    public native boolean isClientSilenced();
}
