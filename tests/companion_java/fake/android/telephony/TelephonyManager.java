package android.telephony;

import android.content.Context;
import phone.SystemContext;

public class TelephonyManager {
    public TelephonyManager(Context context) {
        SystemContext.check(context);
    }

    public int getPhoneCount() {
        return 2;
    }

    public String getImei(int slot) {
        return slot == 0 ? "490154203237518" : null;
    }

    public int getSimState(int slot) {
        return slot == 0 ? 5 : 1;
    }

    public String getSimOperatorNumericForPhone(int slot) {
        return slot == 0 ? "00101" : "";
    }

    public String getSimOperatorNameForPhone(int slot) {
        return slot == 0 ? "Test" : null;
    }
}
