package pbc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The open streams by their numbers. */
final class Streams {
    private static final int MAX_STREAMS = 16;
    private static final int MAX_NUMBER = 0xffff;

    /** Something that sends samples until it is stopped. */
    interface Source {
        /** Starts sending under a number. */
        void start(int number) throws Failed;

        /** Queues what has been gathered. */
        void flush();

        /** Stops; everything that was measured before is queued when this returns. */
        void stop();
    }

    private final Outbox outbox;
    private final Map<Integer, Source> open = new HashMap<Integer, Source>();
    private int next = 1;

    Streams(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Starts a source and returns its number. */
    int add(Source source) throws Failed {
        int number;
        synchronized (this) {
            if (open.size() >= MAX_STREAMS) {
                throw new Failed(MAX_STREAMS + " streams are open");
            }
            while (open.containsKey(next)) {
                next = next % MAX_NUMBER + 1;
            }
            number = next;
            next = next % MAX_NUMBER + 1;
            open.put(number, source);
        }
        boolean started = false;
        try {
            source.start(number);
            started = true;
        } finally {
            if (!started) {
                remove(number, source);
                source.stop();
            }
        }
        return number;
    }

    synchronized boolean has(Class<? extends Source> kind) {
        for (Source source : open.values()) {
            if (kind.isInstance(source)) {
                return true;
            }
        }
        return false;
    }

    /** Stops one stream; its end follows its last samples. */
    void stop(int number, Class<? extends Source> kind) throws Failed {
        Source source;
        synchronized (this) {
            source = open.get(number);
        }
        if (!kind.isInstance(source)) {
            throw new Failed("no such stream " + number);
        }
        source.stop();
        outbox.end(number, Session.bootNs());
        remove(number, source);
    }

    void stopAll() {
        for (Source source : all()) {
            source.stop();
        }
    }

    void flush() {
        for (Source source : all()) {
            source.flush();
        }
    }

    private synchronized List<Source> all() {
        return new ArrayList<Source>(open.values());
    }

    private synchronized void remove(int number, Source source) {
        if (open.get(number) == source) {
            open.remove(number);
        }
    }
}
