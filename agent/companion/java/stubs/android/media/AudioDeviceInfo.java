package android.media;

public final class AudioDeviceInfo {
    public native int getId();

    public native int getType();

    public native String getAddress();
}
