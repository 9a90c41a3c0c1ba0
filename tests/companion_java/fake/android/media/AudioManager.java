package android.media;

public class AudioManager {
    public AudioDeviceInfo[] getDevices(int side) {
        if (side == 1) {
            return new AudioDeviceInfo[] {
                new AudioDeviceInfo(14, 15, "bottom"), new AudioDeviceInfo(15, 15, "back"), new AudioDeviceInfo(19, 18, ""),
            };
        }
        return new AudioDeviceInfo[] {new AudioDeviceInfo(2, 1, ""), new AudioDeviceInfo(3, 2, "")};
    }
}
