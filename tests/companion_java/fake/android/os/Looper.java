package android.os;

public final class Looper {
    private static Looper main;

    public static void prepareMainLooper() {
        main = new Looper();
    }

    public static Looper getMainLooper() {
        return main;
    }

    public static void loop() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }
}
