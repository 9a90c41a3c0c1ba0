package android.content;

public abstract class Context {
    public abstract Object getSystemService(String name);

    public abstract String getPackageName();

    public abstract String getOpPackageName();

    public abstract AttributionSource getAttributionSource();

    public abstract int getDeviceId();

    public abstract Context getApplicationContext();

    public abstract Context createPackageContext(String name, int flags);
}
