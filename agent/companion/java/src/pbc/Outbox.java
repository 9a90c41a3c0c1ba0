package pbc;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What waits to be sent, and the one thread that sends it: answers and events first, samples behind a cap.
 *
 * Samples that find no room are dropped, and the next ones of their stream tell it; ends of streams are never dropped
 * and stay behind the samples.
 */
final class Outbox extends Thread {
    private static final int DATA_CAP_BYTES = 4 * 1024 * 1024;
    private static final int CONTROL_CAP_BYTES = 1024 * 1024;
    private static final byte[] NOTHING = {};

    private final OutputStream out;
    private final Session session;
    private final Deque<byte[]> control = new ArrayDeque<byte[]>();
    private final Deque<byte[]> data = new ArrayDeque<byte[]>();
    private final Set<Integer> lost = new HashSet<Integer>();
    private int controlBytes;
    private int dataBytes;
    private long dropped;
    private boolean closing;

    Outbox(OutputStream out, Session session) {
        super("pbc-out");
        this.out = out;
        this.session = session;
        setDaemon(true);
    }

    /** Queues an answer or event; a host that asks and never reads loses the connection. */
    void control(byte[] frame) {
        boolean overrun;
        synchronized (this) {
            overrun = controlBytes + frame.length > CONTROL_CAP_BYTES;
            if (!overrun) {
                control.add(frame);
                controlBytes += frame.length;
                notifyAll();
            }
        }
        if (overrun) {
            session.finish();
        }
    }

    synchronized void data(int stream, long timeNs, byte[] body) {
        if (dataBytes + Frames.HEADER_BYTES + body.length > DATA_CAP_BYTES) {
            lose(stream);
            return;
        }
        append(Frames.frame(Frames.DATA, takeGap(stream), stream, timeNs, body));
    }

    synchronized void lose(int stream) {
        dropped++;
        lost.add(stream);
    }

    synchronized void end(int stream, long timeNs) {
        append(Frames.frame(Frames.EOS, takeGap(stream), stream, timeNs, NOTHING));
    }

    synchronized Json stats() {
        return new Json().put("dropped", dropped).put("queued_bytes", controlBytes + dataBytes);
    }

    /** Sends what still waits, for at most this long. */
    void close(long patienceMs) {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        if (Thread.currentThread() != this) {
            try {
                join(patienceMs);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void run() {
        try {
            for (byte[] frame = take(); frame != null; frame = take()) {
                out.write(frame);
                out.flush();
            }
        } catch (IOException error) {
            session.finish(); // the host is gone
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized byte[] take() throws InterruptedException {
        while (control.isEmpty() && data.isEmpty()) {
            if (closing) {
                return null;
            }
            wait();
        }
        if (!control.isEmpty()) {
            byte[] frame = control.remove();
            controlBytes -= frame.length;
            return frame;
        }
        byte[] frame = data.remove();
        dataBytes -= frame.length;
        return frame;
    }

    private int takeGap(int stream) {
        return lost.remove(stream) ? Frames.GAP : 0;
    }

    private void append(byte[] frame) {
        data.add(frame);
        dataBytes += frame.length;
        notifyAll();
    }
}
