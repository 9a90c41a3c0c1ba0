package pbc;

import android.media.AudioAttributes;
import android.media.AudioDeviceInfo;
import android.media.AudioFormat;
import android.media.AudioTimestamp;
import android.media.AudioTrack;

import java.util.Arrays;

/** The speaker: plays once the recording runs, and tells when the first and the last sample left the phone. */
final class Player extends Thread {
    private static final int CHUNK_FRAMES = Signal.RATE_HZ / 50;
    private static final int TAIL_FRAMES = Signal.RATE_HZ / 2;
    private static final int STAMP_EVERY_FRAMES = Signal.RATE_HZ;
    private static final int PCM_16_BIT = 2;
    private static final int OUT_MONO = 4;
    private static final int USAGE_MEDIA = 1;
    private static final int CONTENT_MUSIC = 2;
    private static final int MODE_STREAM = 1;
    private static final int WRITE_BLOCKING = 0;
    private static final int INITIALIZED = 1;
    private static final long FIRST_READ_MS = 1000;
    private static final long LEAD_MS = 100;
    private static final long POLL_MS = 10;
    private static final long LAST_SAMPLE_MS = 1500;
    private static final long END_MS = 1000;
    private static final long AGREE_NS = 500000;
    private static final long NS = 1000000000;

    private final Session session;
    private final short[] samples;
    private final int frames;
    private final AudioDeviceInfo preferred;
    private final AudioTimestamp stamp = new AudioTimestamp();
    private Recorder recorder;
    private AudioTrack track;
    private int number;
    private volatile boolean ended;
    private long startNs;
    private boolean hasStart;
    private boolean toldStart;
    private boolean toldEnd;
    private long nextStamp;

    Player(Session session, short[] samples, AudioDeviceInfo preferred) {
        super("pbc-play");
        this.session = session;
        this.samples = Arrays.copyOf(samples, samples.length + TAIL_FRAMES); // the phone's stamps need sound after it
        this.frames = samples.length;
        this.preferred = preferred;
        setDaemon(true);
    }

    /** Opens the speaker, which starts after the first read of a recorder. */
    void open(int asNumber, Recorder after) throws Failed {
        number = asNumber;
        recorder = after;
        AudioFormat format = new AudioFormat.Builder()
                .setEncoding(PCM_16_BIT)
                .setSampleRate(Signal.RATE_HZ)
                .setChannelMask(OUT_MONO)
                .build();
        AudioAttributes attributes = new AudioAttributes.Builder()
                .setUsage(USAGE_MEDIA)
                .setContentType(CONTENT_MUSIC)
                .build();
        int least = AudioTrack.getMinBufferSize(Signal.RATE_HZ, OUT_MONO, PCM_16_BIT);
        track = new AudioTrack.Builder()
                .setAudioAttributes(attributes)
                .setAudioFormat(format)
                .setTransferMode(MODE_STREAM)
                .setBufferSizeInBytes(Math.max(4 * least, 2 * Signal.RATE_HZ / 5))
                .build();
        if (track.getState() != INITIALIZED) {
            throw new Failed("Cannot create AudioTrack");
        }
        if (preferred != null && !track.setPreferredDevice(preferred)) {
            throw new Failed("the phone does not take this output");
        }
    }

    /** Falls silent at once and lets go of the speaker. */
    void end() {
        ended = true;
        if (track == null) {
            return;
        }
        if (track.getState() == INITIALIZED) {
            track.pause();
            track.flush();
        }
        try {
            interrupt();
            join(END_MS);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        track.release();
    }

    @Override
    public void run() {
        try {
            if (recorder != null) {
                recorder.waitUntilHeard(FIRST_READ_MS);
                Thread.sleep(LEAD_MS);
            }
            if (!ended) {
                play();
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    private void play() throws InterruptedException {
        int at = track.write(samples, 0, Math.min(track.getBufferSizeInFrames(), samples.length), WRITE_BLOCKING);
        track.play();
        while (!ended && at >= 0 && at < samples.length) {
            int wrote = track.write(samples, at, Math.min(CHUNK_FRAMES, samples.length - at), WRITE_BLOCKING);
            if (wrote <= 0) {
                return;
            }
            at += wrote;
            tell();
        }
        long endNs = System.nanoTime() + LAST_SAMPLE_MS * 1000000;
        while (!ended && !toldEnd && System.nanoTime() < endNs) {
            Thread.sleep(POLL_MS);
            tell();
        }
    }

    /** Tells what is due; the start once two stamps in a row agree on it, as the first ones after it are often off. */
    private void tell() {
        if (!track.getTimestamp(stamp) || stamp.framePosition <= 0) {
            return;
        }
        long newStartNs = stamp.nanoTime - stamp.framePosition * NS / Signal.RATE_HZ;
        boolean agree = hasStart && Math.abs(newStartNs - startNs) <= AGREE_NS;
        startNs = newStartNs;
        hasStart = true;
        boolean over = stamp.framePosition >= frames;
        if (!toldStart && (agree || over)) {
            toldStart = true;
            nextStamp = STAMP_EVERY_FRAMES;
            event("play.start", 0, startNs);
        }
        if (toldStart && !over && stamp.framePosition >= nextStamp) {
            nextStamp = stamp.framePosition + STAMP_EVERY_FRAMES;
            event("play.stamp", stamp.framePosition, stamp.nanoTime);
        }
        if (toldStart && over && !toldEnd) {
            toldEnd = true;
            event("play.end", frames, startNs + frames * NS / Signal.RATE_HZ);
        }
    }

    private void event(String name, long frame, long monoNs) {
        session.event(number, new Json().put("event", name).put("frame", frame).put("mono_ns", monoNs));
    }
}
