package android.app;

import android.content.Context;
import android.content.pm.ApplicationInfo;
import phone.Bench;
import phone.SystemContext;

public final class ActivityThread extends ActivityThreadInternal {
    private static volatile ActivityThread sCurrentActivityThread;
    boolean mSystemThread;
    AppBindData mBoundApplication;
    Application mInitialApplication;
    private ConfigurationController mConfigurationController;

    ActivityThread() {
        if (Bench.has("noise")) {
            System.out.println("WARNING: linker says hello");
        }
        if (Bench.has("no_context")) {
            throw new IllegalStateException("no looper of the maker's liking");
        }
    }

    public Context getSystemContext() {
        if (sCurrentActivityThread != this || !mSystemThread) {
            throw new IllegalStateException("nobody's thread");
        }
        return new SystemContext();
    }

    /** What AudioRecord of Android 11 asks for. */
    public static String currentOpPackageName() {
        ActivityThread thread = sCurrentActivityThread;
        return thread == null || thread.mBoundApplication == null ? null : thread.mBoundApplication.appInfo.packageName;
    }

    static final class AppBindData {
        ApplicationInfo appInfo;
    }
}
