package android.content;

public abstract class Context {
    public native Object getSystemService(String name);

    public native String getPackageName();

    public native String getOpPackageName();

    public native AttributionSource getAttributionSource();

    public native int getDeviceId();

    public native Context getApplicationContext();

    public native Context createPackageContext(String name, int flags);
}
