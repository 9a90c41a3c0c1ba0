package android.hardware.camera2;

import android.content.Context;
import phone.Bench;
import phone.SystemContext;

public final class CameraManager {
    public CameraManager(Context context) {
        SystemContext.check(context);
    }

    public String[] getCameraIdList() throws CameraAccessException {
        return new String[] {"0", "1", "2"};
    }

    public CameraCharacteristics getCameraCharacteristics(String id) throws CameraAccessException {
        boolean flash = !Bench.has("no_flash") && !id.equals("0");
        return new CameraCharacteristics(flash, id.equals("2") ? 1 : 0);
    }

    public void setTorchMode(String id, boolean on) throws CameraAccessException {
        Bench.tell("torch " + id + (on ? " on" : " off"));
    }
}
