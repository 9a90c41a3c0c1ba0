package android.media;

public class AudioManager {
    public native AudioDeviceInfo[] getDevices(int side);
}
