package pbc;

/** Ends the process when something takes too long. */
final class Watchdog extends Thread {
    private static final long LOOK_EVERY_MS = 100;

    private final long endNs;
    private final int code;
    private final boolean halts;
    private boolean cancelled;

    private Watchdog(long afterMs, int code, boolean halts) {
        super("pbc-watchdog");
        endNs = Session.bootNs() + afterMs * 1000000;
        this.code = code;
        this.halts = halts;
        setDaemon(true);
    }

    static Watchdog exitAfter(long afterMs, int code) {
        Watchdog dog = new Watchdog(afterMs, code, false);
        dog.start();
        return dog;
    }

    /** Ends the process even while it hangs in its own end. */
    static void haltAfter(long afterMs, int code) {
        new Watchdog(afterMs, code, true).start();
    }

    synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    @Override
    public synchronized void run() {
        try {
            while (!cancelled && Session.bootNs() < endNs) {
                wait(LOOK_EVERY_MS); // a phone that sleeps meanwhile does not wake up for us
            }
        } catch (InterruptedException error) {
            return;
        }
        if (cancelled) {
            return;
        }
        if (halts) {
            Runtime.getRuntime().halt(code);
        }
        System.exit(code);
    }
}
