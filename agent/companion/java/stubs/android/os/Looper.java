package android.os;

public final class Looper {
    public static native void prepareMainLooper();

    public static native Looper getMainLooper();

    public static native void loop();
}
