package android.os;

import phone.Bench;

public class Build {
    public static final String MODEL = "Fake \"5\"\n\u4e2d";

    public static class VERSION {
        public static final int SDK_INT = Bench.SDK;
    }
}
