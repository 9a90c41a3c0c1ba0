package phone;

import android.content.AttributionSource;
import android.content.Context;

/** The context of the system: it names a package that is not the shell's. */
public final class SystemContext extends Context {
    @Override
    public Object getSystemService(String name) {
        switch (name) {
            case "audio":
                return new android.media.AudioManager();
            case "batterymanager":
                return new android.os.BatteryManager();
            default:
                return null;
        }
    }

    @Override
    public String getPackageName() {
        return "android";
    }

    @Override
    public String getOpPackageName() {
        return "android";
    }

    @Override
    public AttributionSource getAttributionSource() {
        throw new SecurityException("package android is not of uid 2000");
    }

    @Override
    public int getDeviceId() {
        return 0;
    }

    @Override
    public Context getApplicationContext() {
        return this;
    }

    @Override
    public Context createPackageContext(String name, int flags) {
        return this;
    }

    /** What services do with a caller's package. */
    public static void check(Context caller) {
        if (!"com.android.shell".equals(caller.getOpPackageName())) {
            throw new SecurityException("package " + caller.getOpPackageName() + " is not of uid 2000");
        }
    }
}
