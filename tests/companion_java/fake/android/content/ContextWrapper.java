package android.content;

public class ContextWrapper extends Context {
    private final Context base;

    public ContextWrapper(Context base) {
        this.base = base;
    }

    @Override
    public Object getSystemService(String name) {
        return base.getSystemService(name);
    }

    @Override
    public String getPackageName() {
        return base.getPackageName();
    }

    @Override
    public String getOpPackageName() {
        return base.getOpPackageName();
    }

    @Override
    public AttributionSource getAttributionSource() {
        return base.getAttributionSource();
    }

    @Override
    public int getDeviceId() {
        return base.getDeviceId();
    }

    @Override
    public Context getApplicationContext() {
        return base.getApplicationContext();
    }

    @Override
    public Context createPackageContext(String name, int flags) {
        return base.createPackageContext(name, flags);
    }
}
