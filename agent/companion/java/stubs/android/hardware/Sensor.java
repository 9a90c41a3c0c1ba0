package android.hardware;

public final class Sensor {
    public native int getType();

    public native String getName();

    public native int getMinDelay();

    public native float getMaximumRange();

    public native float getResolution();

    public native int getReportingMode();
}
