package android.os;

public class BatteryManager {
    public native long getLongProperty(int id);
}
