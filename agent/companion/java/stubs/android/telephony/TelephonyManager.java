package android.telephony;

public class TelephonyManager {
    public native int getPhoneCount();

    public native String getImei(int slot);

    public native int getSimState(int slot);
}
