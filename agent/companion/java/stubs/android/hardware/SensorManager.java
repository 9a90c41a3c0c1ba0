package android.hardware;

import android.os.Handler;
import java.util.List;

public abstract class SensorManager {
    public native List<Sensor> getSensorList(int type);

    public native Sensor getDefaultSensor(int type);

    public native boolean registerListener(
            SensorEventListener listener, Sensor sensor, int periodUs, int latencyUs, Handler handler);

    public native void unregisterListener(SensorEventListener listener);
}
