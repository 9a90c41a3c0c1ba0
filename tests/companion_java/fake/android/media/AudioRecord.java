package android.media;

import android.app.ActivityThread;
import android.content.Context;
import phone.Air;
import phone.Bench;
import phone.SystemContext;

public class AudioRecord {
    private static final long LATENCY_NS = 80_000_000;
    private final int channels;
    private int tries;
    private volatile int state = 1;
    private long beginNs;
    private long next;
    private int noise = 1;

    private AudioRecord(int channels) {
        this.channels = channels;
    }

    public int getState() {
        return 1;
    }

    public void startRecording() {
        tries++;
        if (Bench.SDK != 30 || tries == 3) {
            beginNs = Bench.bootNs() + LATENCY_NS;
            state = 3;
        }
    }

    public int getRecordingState() {
        return state;
    }

    public int read(byte[] into, int offset, int count) {
        int frames = Math.min(count / (2 * channels), 480);
        Bench.sleepUntil(timeOf(next + frames));
        if (state != 3) {
            return 0;
        }
        for (int frame = 0; frame < frames; frame++) {
            int sample = Bench.has("silenced") ? 0 : (int) Math.rint(Air.at(timeOf(next + frame)) / 2) + noise();
            for (int channel = 0; channel < channels; channel++) {
                int at = offset + 2 * (frame * channels + channel);
                into[at] = (byte) (sample >> channel);
                into[at + 1] = (byte) (sample >> channel >> 8);
            }
        }
        next += frames;
        return 2 * channels * frames;
    }

    public int getTimestamp(AudioTimestamp stamp, int base) {
        stamp.framePosition = next + (Bench.has("overrun") && next > 24000 ? 96000 : 0);
        stamp.nanoTime = timeOf(next);
        return base == 1 ? 0 : -1;
    }

    public int getBufferSizeInFrames() {
        return 48000;
    }

    public boolean setPreferredDevice(AudioDeviceInfo device) {
        Bench.tell("input " + device.getId());
        return true;
    }

    public AudioRecordingConfiguration getActiveRecordingConfiguration() {
        return new AudioRecordingConfiguration();
    }

    public void stop() {
        state = 1;
    }

    public void release() {
        Bench.tell("record released");
    }

    private long timeOf(long frame) {
        return beginNs + frame * 1_000_000_000L / 48000;
    }

    private int noise() {
        noise = noise * 1103515245 + 12345;
        return (noise >> 16 & 7) - 3;
    }

    public static class Builder {
        private int source;
        private AudioFormat format;
        private Context context;

        public Builder setAudioSource(int to) {
            source = to;
            return this;
        }

        public Builder setAudioFormat(AudioFormat to) {
            format = to;
            return this;
        }

        public Builder setBufferSizeInBytes(int size) {
            return this;
        }

        public Builder setContext(Context to) {
            if (Bench.SDK < 31) {
                throw new NoSuchMethodError("setContext");
            }
            context = to;
            return this;
        }

        public AudioRecord build() {
            if (Bench.SDK < 30 || source != 9 && source != 1) {
                throw new UnsupportedOperationException("Cannot create AudioRecord");
            }
            if (Bench.SDK >= 31) {
                SystemContext.check(context);
                if (context.getAttributionSource().uid != 2000) {
                    throw new SecurityException("whose is it?");
                }
            } else if (!"com.android.shell".equals(ActivityThread.currentOpPackageName())) {
                throw new SecurityException("whose is it?");
            }
            return new AudioRecord(format.mask == 12 ? 2 : 1);
        }
    }
}
