package android.media;

import phone.Bench;

public final class AudioRecordingConfiguration {
    public boolean isClientSilenced() {
        return Bench.has("silenced");
    }
}
