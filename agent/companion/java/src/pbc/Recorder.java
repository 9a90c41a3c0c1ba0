package pbc;

import android.media.AudioDeviceInfo;
import android.media.AudioFormat;
import android.media.AudioRecord;
import android.media.AudioRecordingConfiguration;
import android.media.AudioTimestamp;
import android.os.Build;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The microphones: reads of 1024 frames, each with the number of its first one. */
final class Recorder extends Thread {
    private static final List<String> SOURCES = Arrays.asList(
            "", "mic", "", "", "", "camcorder", "voice_recognition", "voice_communication", "", "unprocessed");
    private static final int READ_FRAMES = 1024;
    private static final int STAMP_EVERY_READS = 47;
    private static final int BUFFER_S = 1;
    private static final int PCM_16_BIT = 2;
    private static final int IN_MONO = 16;
    private static final int IN_STEREO = 12;
    private static final int INITIALIZED = 1;
    private static final int RECORDING = 3;
    private static final int BOOTTIME = 1;
    private static final int ANDROID_10 = 29;
    private static final int ANDROID_11 = 30;
    private static final int ANDROID_12 = 31;
    private static final int TRIES = 5;
    private static final long TRY_AGAIN_MS = 100;
    private static final long END_MS = 1000;
    private static final long NS = 1000000000;
    private static final String REFUSED = "Cannot create AudioRecord";

    private final Session session;
    private final int source;
    private final int channels;
    private final AudioDeviceInfo preferred;
    private final AudioTimestamp stamp = new AudioTimestamp();
    private AudioRecord record;
    private int number;
    private boolean silenced;
    private boolean hasStamp;
    private volatile boolean ended;
    private boolean heard;

    Recorder(Session session, int source, int channels, AudioDeviceInfo preferred) {
        super("pbc-record");
        this.session = session;
        this.source = source;
        this.channels = channels;
        this.preferred = preferred;
        setDaemon(true);
    }

    /** Android's number of a source's name. */
    static int source(String name) throws Failed {
        int found = SOURCES.indexOf(name);
        if (name.isEmpty() || found < 0) {
            throw new Failed("source is one of mic, camcorder, voice_recognition, voice_communication, unprocessed");
        }
        return found;
    }

    /** Opens the microphones; what Android refuses is told in its own words. */
    void open(int asNumber) throws Failed {
        number = asNumber;
        int frameBytes = 2 * channels;
        AudioFormat format = new AudioFormat.Builder()
                .setEncoding(PCM_16_BIT)
                .setSampleRate(Signal.RATE_HZ)
                .setChannelMask(channels == 1 ? IN_MONO : IN_STEREO)
                .build();
        AudioRecord.Builder builder = new AudioRecord.Builder()
                .setAudioSource(source)
                .setAudioFormat(format)
                .setBufferSizeInBytes(BUFFER_S * Signal.RATE_HZ * frameBytes);
        if (Build.VERSION.SDK_INT >= ANDROID_12) {
            builder.setContext(session.workplace.context());
        }
        record = builder.build();
        if (record.getState() != INITIALIZED) {
            throw new Failed(REFUSED);
        }
        if (preferred != null && !record.setPreferredDevice(preferred)) {
            throw new Failed("the phone does not take this input");
        }
        begin();
        if (Build.VERSION.SDK_INT >= ANDROID_10) {
            AudioRecordingConfiguration configuration = record.getActiveRecordingConfiguration();
            silenced = configuration != null && configuration.isClientSilenced();
        }
    }

    /** Whether the phone says that others have the microphone. */
    boolean isSilenced() {
        return silenced;
    }

    /** Waits for the first read; false when it does not come in time. */
    synchronized boolean waitUntilHeard(long patienceMs) throws InterruptedException {
        long endNs = System.nanoTime() + patienceMs * 1000000;
        while (!heard && System.nanoTime() < endNs) {
            wait(Math.max((endNs - System.nanoTime()) / 1000000, 1));
        }
        return heard;
    }

    /** Stops and lets go of the microphones. */
    void end() {
        ended = true;
        if (record == null) {
            return;
        }
        if (record.getRecordingState() == RECORDING) {
            record.stop();
        }
        try {
            join(END_MS);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        record.release();
    }

    @Override
    public void run() {
        byte[] read = new byte[8 + READ_FRAMES * 2 * channels];
        long frame = 0;
        for (int reads = 0; fill(read); reads++) {
            hasStamp = record.getTimestamp(stamp, BOOTTIME) == 0 && stamp.nanoTime > 0;
            if (hasStamp && stamp.framePosition > frame + READ_FRAMES + record.getBufferSizeInFrames()) {
                session.outbox.lose(number); // the hardware is further ahead than its buffer holds
            }
            ByteBuffer.wrap(read).putLong(frame);
            session.outbox.data(number, timeOf(frame), read.clone());
            frame += READ_FRAMES;
            if (hasStamp && reads % STAMP_EVERY_READS == 0) {
                session.event(number, new Json()
                        .put("event", "record.stamp")
                        .put("frame", stamp.framePosition)
                        .put("boot_ns", stamp.nanoTime));
            }
            tellHeard();
        }
    }

    private synchronized void tellHeard() {
        heard = true;
        notifyAll();
    }

    private boolean fill(byte[] read) {
        int at = 8;
        while (at < read.length) {
            int got = ended ? 0 : record.read(read, at, read.length - at);
            if (got <= 0) {
                return false;
            }
            at += got;
        }
        return !ended;
    }

    /** When a frame that was just read was heard: by the phone's stamp, or else by when its last neighbour came. */
    private long timeOf(long frame) {
        if (hasStamp) {
            return stamp.nanoTime + (frame - stamp.framePosition) * NS / Signal.RATE_HZ;
        }
        return Session.bootNs() - READ_FRAMES * NS / Signal.RATE_HZ;
    }

    /** Starts recording; Android 11 lets the shell do it only while something of the shell is in front. */
    private void begin() throws Failed {
        boolean needsFront = Build.VERSION.SDK_INT == ANDROID_11;
        if (needsFront) {
            Shell.run("am", "start", "-n", "com.android.shell/.HeapDumpActivity");
        }
        for (int tries = 1; record.getRecordingState() != RECORDING; tries++) {
            try {
                record.startRecording();
                if (needsFront && record.getRecordingState() != RECORDING) {
                    Thread.sleep(TRY_AGAIN_MS);
                }
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
            if (!needsFront || tries == TRIES) {
                break;
            }
        }
        if (needsFront) {
            Shell.run("am", "force-stop", "com.android.shell");
        }
        if (record.getRecordingState() != RECORDING) {
            throw new Failed(REFUSED);
        }
    }
}
