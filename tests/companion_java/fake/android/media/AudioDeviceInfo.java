package android.media;

public final class AudioDeviceInfo {
    private final int id;
    private final int type;
    private final String address;

    AudioDeviceInfo(int id, int type, String address) {
        this.id = id;
        this.type = type;
        this.address = address;
    }

    public int getId() {
        return id;
    }

    public int getType() {
        return type;
    }

    public String getAddress() {
        return address;
    }
}
