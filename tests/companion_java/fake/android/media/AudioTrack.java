package android.media;

import phone.Air;
import phone.Bench;

public class AudioTrack {
    private static final long LATENCY_NS = 40_000_000;
    private static final int BUFFER_FRAMES = 9600;
    private int written;
    private int stamps;
    private volatile boolean playing;
    private volatile boolean paused;
    private long beginMonoNs;

    private AudioTrack() {
        Air.clear();
    }

    public static int getMinBufferSize(int hz, int mask, int encoding) {
        return 3840;
    }

    public int getState() {
        return 1;
    }

    public void play() {
        beginMonoNs = System.nanoTime() + LATENCY_NS;
        Air.begin(beginMonoNs + Bench.asleepNs());
        playing = true;
    }

    public int write(short[] samples, int offset, int count, int mode) {
        while (!paused && written + count - played() > BUFFER_FRAMES) {
            Bench.sleepUntil(Bench.bootNs() + 2_000_000);
        }
        if (paused) {
            return 0;
        }
        Air.add(samples, offset, count);
        written += count;
        return count;
    }

    public int getBufferSizeInFrames() {
        return BUFFER_FRAMES;
    }

    /** As on phones, the first stamps are none, or some milliseconds off. */
    public boolean getTimestamp(AudioTimestamp stamp) {
        long frames = played();
        if (frames <= 0 || ++stamps < 3 || Bench.has("no_play_stamps")) {
            return false;
        }
        stamp.framePosition = frames;
        stamp.nanoTime = beginMonoNs + frames * 1_000_000_000L / 48000 + (stamps < 5 ? stamps * 1_000_000 : 0);
        return true;
    }

    public boolean setPreferredDevice(AudioDeviceInfo device) {
        Bench.tell("output " + device.getId());
        return true;
    }

    public void pause() {
        paused = true;
        Air.end();
    }

    public void flush() {
    }

    public void release() {
        Bench.tell("track released");
    }

    private long played() {
        return playing ? Math.min((System.nanoTime() - beginMonoNs) * 48 / 1_000_000, written) : 0;
    }

    public static class Builder {
        private AudioFormat format;

        public Builder setAudioAttributes(AudioAttributes attributes) {
            return this;
        }

        public Builder setAudioFormat(AudioFormat to) {
            format = to;
            return this;
        }

        public Builder setTransferMode(int mode) {
            return this;
        }

        public Builder setBufferSizeInBytes(int size) {
            return this;
        }

        public AudioTrack build() {
            if (format.hz != 48000 || format.mask != 4 || format.encoding != 2) {
                throw new UnsupportedOperationException("Cannot create AudioTrack");
            }
            return new AudioTrack();
        }
    }
}
