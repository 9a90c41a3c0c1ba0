package android.os;

import phone.Bench;

public class BatteryManager {
    public long getLongProperty(int id) {
        if (id <= 4 || id == 6) {
            return id == 2 ? -250_000 : 10L * id;
        }
        boolean told = id >= 7 && id <= 10 && Bench.SDK >= 34 || id == 12 && Bench.SDK >= 35;
        return told ? 1_700_000_000L : Long.MIN_VALUE;
    }
}
