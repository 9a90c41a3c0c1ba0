package pbc;

import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraManager;

/** The flash LED, out again when the host is gone. */
final class Torch {
    private static final int FACING_BACK = 1;

    private final Workplace workplace;
    private CameraManager manager;
    private String camera;
    private boolean lit;

    Torch(Workplace workplace) {
        this.workplace = workplace;
    }

    synchronized Json set(boolean on) throws Failed, CameraAccessException {
        if (camera == null) {
            manager = workplace.construct(CameraManager.class);
            camera = find();
        }
        manager.setTorchMode(camera, on);
        lit = on;
        return new Json().put("on", on);
    }

    synchronized void putOut() {
        if (lit) {
            try {
                set(false);
            } catch (Exception error) {
                lit = false; // nobody is left to tell; the process ends, and the camera service puts it out
            }
        }
    }

    private String find() throws Failed, CameraAccessException {
        String found = null;
        for (String id : manager.getCameraIdList()) {
            CameraCharacteristics facts = manager.getCameraCharacteristics(id);
            if (Boolean.TRUE.equals(facts.get(CameraCharacteristics.FLASH_INFO_AVAILABLE))) {
                Integer facing = facts.get(CameraCharacteristics.LENS_FACING);
                if (facing != null && facing == FACING_BACK) {
                    return id;
                }
                found = id;
            }
        }
        if (found == null) {
            throw new Failed("no camera has a flash");
        }
        return found;
    }
}
