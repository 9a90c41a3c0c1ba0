package android.os;

public class Process {
    public static native int myUid();

    public static native int myPid();
}
