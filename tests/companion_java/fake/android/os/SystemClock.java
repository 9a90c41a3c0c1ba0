package android.os;

import phone.Bench;

public final class SystemClock {
    public static long elapsedRealtimeNanos() {
        return Bench.bootNs();
    }
}
