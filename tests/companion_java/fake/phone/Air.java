package phone;

import java.util.Arrays;

/** The way from the speaker to the microphones: 20 ms, and nothing is lost on it. */
public final class Air {
    private static final long DELAY_NS = 20_000_000;
    private static final long PATIENCE_NS = 500_000_000;
    private static short[] samples = {};
    private static int count;
    private static long beginNs = Long.MAX_VALUE;
    private static boolean ended;

    private Air() {
    }

    public static synchronized void add(short[] more, int offset, int length) {
        if (count + length > samples.length) {
            samples = Arrays.copyOf(samples, 2 * (count + length));
        }
        System.arraycopy(more, offset, samples, count, length);
        count += length;
        Air.class.notifyAll();
    }

    /** The first sample leaves the speaker at this BOOTTIME. */
    public static synchronized void begin(long bootNs) {
        beginNs = bootNs;
    }

    public static synchronized void clear() {
        count = 0;
        ended = false;
        beginNs = Long.MAX_VALUE;
        Air.class.notifyAll();
    }

    public static synchronized double at(long bootNs) {
        if (bootNs - DELAY_NS < beginNs) {
            return 0;
        }
        double place = (bootNs - DELAY_NS - beginNs) * 48e-6;
        int left = (int) place;
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (left + 1 >= count && count > 0 && System.nanoTime() < endNs && !ended) {
            try {
                Air.class.wait(10);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
                return 0;
            }
        }
        if (left + 1 >= count) {
            ended = true;
            return 0;
        }
        return samples[left] + (samples[left + 1] - samples[left]) * (place - left);
    }

    /** Nothing more will be played. */
    public static synchronized void end() {
        ended = true;
        Air.class.notifyAll();
    }
}
