package pbc;

import android.os.Build;
import android.os.Process;
import android.os.SystemClock;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** One host: reads its frames, answers them, and leaves the phone as it was found when the host is gone or silent. */
final class Session {
    static final long SILENCE_LIMIT_NS = 15000000000L;
    private static final String VERSION = "1.0";
    private static final long TICK_MS = 20;
    private static final long LAST_WORDS_MS = 2000;
    private static final long END_LIMIT_MS = 3000;

    final Outbox outbox;
    final Workplace workplace;
    final Streams streams;
    private final DataInputStream in;
    private final Operations operations;
    private final AtomicBoolean finishing = new AtomicBoolean();
    private String nonce;
    private volatile long heardNs = bootNs();

    Session(InputStream in, OutputStream out, String nonce, Workplace workplace) throws IOException {
        this.in = new DataInputStream(in);
        this.nonce = nonce == null ? "" : nonce;
        this.workplace = workplace;
        outbox = new Outbox(out, this);
        streams = new Streams(outbox);
        operations = new Operations(this);
        out.write(Frames.magic());
        out.flush();
        Json hello = new Json()
                .put("proto", Frames.PROTO)
                .put("version", VERSION)
                .put("sdk", Build.VERSION.SDK_INT)
                .put("model", Build.MODEL)
                .put("uid", Process.myUid())
                .put("pid", Process.myPid())
                .put("ctx_error", workplace.error)
                .put("ops", Operations.names());
        outbox.control(Frames.json(Frames.HELLO, 0, 0, bootNs(), hello));
    }

    /** The clock of all stamps: it goes on while the phone sleeps. */
    static long bootNs() {
        return SystemClock.elapsedRealtimeNanos();
    }

    void start() {
        outbox.start();
        new Reader().start();
        new Ticker().start();
    }

    void event(int stream, Json content) {
        outbox.control(Frames.json(Frames.EVT, 0, stream, bootNs(), content));
    }

    /** Stops everything, sends what still waits and ends the process; only the first call does it. */
    void finish() {
        if (finishing.compareAndSet(false, true)) {
            Watchdog.haltAfter(END_LIMIT_MS, 1);
            new Finisher().start(); // whoever called may be the one that has to be stopped
        }
    }

    private void read() throws IOException {
        int type = in.readUnsignedByte();
        if (type == Frames.magic()[0]) {
            byte[] rest = new byte[Frames.magic().length - 1];
            in.readFully(rest);
            if (!Arrays.equals(rest, Arrays.copyOfRange(Frames.magic(), 1, Frames.magic().length))) {
                return;
            }
            type = in.readUnsignedByte();
        }
        while (take(type)) {
            type = in.readUnsignedByte();
        }
    }

    /** Takes the rest of one frame; false where the connection cannot go on. */
    private boolean take(int type) throws IOException {
        in.readUnsignedByte();
        int id = in.readUnsignedShort();
        long length = in.readInt() & 0xffffffffL;
        in.readLong();
        if (length > Frames.MAX_BODY_BYTES) {
            return false;
        }
        byte[] body = new byte[(int) length];
        in.readFully(body);
        heardNs = bootNs();
        if (type == Frames.PING) {
            byte[] clocks = ByteBuffer.allocate(16).putLong(heardNs).putLong(System.nanoTime()).array();
            outbox.control(Frames.frame(Frames.PONG, 0, id, heardNs, clocks));
            return true;
        }
        return type == Frames.REQ && answer(id, body);
    }

    private boolean answer(int id, byte[] body) {
        boolean goesOn = true;
        int flags = 0;
        Json answer;
        try {
            Arguments arguments = new Arguments(body);
            goesOn = authorised(arguments);
            if (!goesOn) {
                throw new Failed("not authorised");
            }
            goesOn = !arguments.op.equals("quit");
            answer = operations.perform(arguments);
        } catch (Exception | LinkageError error) { // also what Android throws, and what this Android lacks
            String text = error.getMessage() == null ? error.toString() : error.getMessage();
            answer = new Json().put("error", text);
            flags = Frames.ERROR;
        }
        outbox.control(Frames.json(Frames.RES, flags, id, bootNs(), answer));
        return goesOn;
    }

    private boolean authorised(Arguments arguments) {
        if (nonce.isEmpty()) {
            return true;
        }
        boolean right = arguments.op.equals("auth") && nonce.equals(arguments.text("nonce", ""));
        if (right) {
            nonce = "";
        }
        return right;
    }

    private final class Reader extends Thread {
        Reader() {
            super("pbc-in");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                read();
            } catch (IOException error) {
                // the host is gone
            } finally {
                finish();
            }
        }
    }

    /** Sends what sensors have gathered, and notices silence. */
    private final class Ticker extends Thread {
        Ticker() {
            super("pbc-tick");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (bootNs() - heardNs <= SILENCE_LIMIT_NS) {
                    Thread.sleep(TICK_MS);
                    streams.flush();
                }
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            } finally {
                finish();
            }
        }
    }

    private final class Finisher extends Thread {
        Finisher() {
            super("pbc-end");
        }

        @Override
        public void run() {
            try {
                operations.putBack();
                streams.stopAll();
                outbox.close(LAST_WORDS_MS);
            } finally {
                System.exit(0);
            }
        }
    }
}
