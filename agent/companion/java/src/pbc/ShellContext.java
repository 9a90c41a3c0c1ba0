package pbc;

import android.content.AttributionSource;
import android.content.Context;
import android.content.ContextWrapper;
import android.os.Process;

/** A context of the shell's own package, whose user we run as: services compare both. */
final class ShellContext extends ContextWrapper {
    static final String PACKAGE = "com.android.shell";

    ShellContext(Context base) {
        super(base);
    }

    @Override
    public String getPackageName() {
        return PACKAGE;
    }

    @Override
    public String getOpPackageName() {
        return PACKAGE;
    }

    /** Asked from Android 12 on. */
    @Override
    public AttributionSource getAttributionSource() {
        return new AttributionSource.Builder(Process.myUid()).setPackageName(PACKAGE).build();
    }

    /** Asked from Android 14 on: the device itself, and no virtual one. */
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
}
