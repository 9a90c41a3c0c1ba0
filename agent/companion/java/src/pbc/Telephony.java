package pbc;

import android.telephony.TelephonyManager;

import java.util.ArrayList;
import java.util.List;

/** Identity and cards, by methods and not by the numbers of a service's calls, which makers shift. */
final class Telephony {
    private static final String[] STATES = {
        "UNKNOWN", "ABSENT", "PIN_REQUIRED", "PUK_REQUIRED", "NETWORK_LOCKED", "READY", "NOT_READY", "PERM_DISABLED",
        "CARD_IO_ERROR", "CARD_RESTRICTED",
    };

    private Telephony() {
    }

    static List<String> imeis(Workplace workplace) throws Failed {
        TelephonyManager manager = workplace.construct(TelephonyManager.class);
        List<String> found = new ArrayList<String>();
        for (int slot = 0; slot < manager.getPhoneCount(); slot++) {
            String imei = manager.getImei(slot);
            if (imei != null && !imei.isEmpty()) {
                found.add(imei);
            }
        }
        return found;
    }

    static List<Json> slots(Workplace workplace) throws Failed {
        TelephonyManager manager = workplace.construct(TelephonyManager.class);
        List<Json> found = new ArrayList<Json>();
        for (int slot = 0; slot < manager.getPhoneCount(); slot++) {
            int state = manager.getSimState(slot);
            found.add(new Json()
                    .put("slot", slot)
                    .put("state", state >= 0 && state < STATES.length ? STATES[state] : STATES[0])
                    .put("operator", Workplace.textOf(manager, "getSimOperatorNumericForPhone", slot))
                    .put("name", Workplace.textOf(manager, "getSimOperatorNameForPhone", slot)));
        }
        return found;
    }
}
