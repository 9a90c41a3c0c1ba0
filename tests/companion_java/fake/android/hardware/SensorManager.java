package android.hardware;

import android.os.Handler;
import java.util.List;

public abstract class SensorManager {
    public abstract List<Sensor> getSensorList(int type);

    public abstract Sensor getDefaultSensor(int type);

    public abstract boolean registerListener(
            SensorEventListener listener, Sensor sensor, int periodUs, int latencyUs, Handler handler);

    public abstract void unregisterListener(SensorEventListener listener);
}
