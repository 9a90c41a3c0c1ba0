package pbc;

import android.app.Application;
import android.app.Instrumentation;
import android.content.Context;
import android.content.pm.ApplicationInfo;
import android.hardware.SensorManager;
import android.os.Build;
import android.os.Looper;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;

/**
 * What an app would have been given by Android, made by ourselves: nobody has started us as an app.
 *
 * All hidden names stand here. Where one of them is missing the program runs on, and says so in its greeting.
 */
final class Workplace {
    private static final int ANDROID_12 = 31;

    /** Why there is no context; null when there is one. */
    final String error;
    private final Context context;

    private Workplace(Context context, String error) {
        this.context = context;
        this.error = error;
    }

    /** Makes the process look enough like one of Android's; to be called once, on the main thread. */
    static Workplace enter() {
        try {
            Class<?> threads = Class.forName("android.app.ActivityThread");
            Object thread = accessible(threads.getDeclaredConstructor()).newInstance();
            set(threads, thread, "sCurrentActivityThread", thread);
            set(threads, thread, "mSystemThread", true);
            String lacking = Build.VERSION.SDK_INT >= ANDROID_12 ? addConfiguration(threads, thread) : null;
            Context system = (Context) threads.getDeclaredMethod("getSystemContext").invoke(thread);
            Context context = new ShellContext(system);
            String nameless = addIdentity(threads, thread, context);
            return new Workplace(context, lacking == null ? nameless : lacking);
        } catch (Exception | LinkageError error) {
            return new Workplace(null, told(error));
        }
    }

    /** The context. */
    Context context() throws Failed {
        if (context == null) {
            throw new Failed("no context: " + error);
        }
        return context;
    }

    /** A service that keeps no package's name. */
    <T> T service(String name, Class<T> kind) throws Failed {
        Object found = context().getSystemService(name);
        if (!kind.isInstance(found)) {
            throw new Failed("no service " + name);
        }
        return kind.cast(found);
    }

    /** A manager on our own context: the one that the system context hands out would name the wrong package. */
    <T> T construct(Class<T> kind) throws Failed {
        return construct(kind, new Class<?>[] {Context.class}, context());
    }

    /** The sensors, on the main thread's looper. */
    SensorManager sensorManager() throws Failed {
        try {
            Class<? extends SensorManager> kind =
                    Class.forName("android.hardware.SystemSensorManager").asSubclass(SensorManager.class);
            return construct(kind, new Class<?>[] {Context.class, Looper.class}, context(), Looper.getMainLooper());
        } catch (ClassNotFoundException missing) {
            throw new Failed(told(missing));
        }
    }

    /** What a hidden method of a slot says; empty where it is missing or silent. */
    static String textOf(Object manager, String method, int slot) {
        try {
            Object text = manager.getClass().getMethod(method, int.class).invoke(manager, slot);
            return text == null ? "" : text.toString();
        } catch (ReflectiveOperationException missing) {
            return "";
        }
    }

    private static <T> T construct(Class<T> kind, Class<?>[] types, Object... values) throws Failed {
        try {
            return accessible(kind.getDeclaredConstructor(types)).newInstance(values);
        } catch (ReflectiveOperationException missing) {
            throw new Failed(told(missing));
        }
    }

    /** Android 12 and later keep the configuration apart, and some makers' code asks for it. */
    private static String addConfiguration(Class<?> threads, Object thread) {
        try {
            Class<?> kind = Class.forName("android.app.ConfigurationController");
            Class<?> within = Class.forName("android.app.ActivityThreadInternal");
            Object controller = accessible(kind.getDeclaredConstructor(within)).newInstance(thread);
            set(threads, thread, "mConfigurationController", controller);
            return null;
        } catch (Exception | LinkageError error) {
            return told(error);
        }
    }

    /** Android 11 asks the process, and not the context, for the name of its package. */
    private static String addIdentity(Class<?> threads, Object thread, Context context) {
        try {
            ApplicationInfo info = new ApplicationInfo();
            info.packageName = ShellContext.PACKAGE;
            Class<?> kind = Class.forName("android.app.ActivityThread$AppBindData");
            Object data = accessible(kind.getDeclaredConstructor()).newInstance();
            set(kind, data, "appInfo", info);
            set(threads, thread, "mBoundApplication", data);
            set(threads, thread, "mInitialApplication", Instrumentation.newApplication(Application.class, context));
            return null;
        } catch (Exception | LinkageError error) {
            return told(error);
        }
    }

    private static void set(Class<?> kind, Object target, String name, Object value)
            throws ReflectiveOperationException {
        Field field = kind.getDeclaredField(name);
        field.setAccessible(true);
        field.set(target, value);
    }

    private static <T> Constructor<T> accessible(Constructor<T> constructor) {
        constructor.setAccessible(true);
        return constructor;
    }

    private static String told(Throwable error) {
        Throwable cause = error instanceof InvocationTargetException && error.getCause() != null
                ? error.getCause() : error;
        return cause.toString();
    }
}
