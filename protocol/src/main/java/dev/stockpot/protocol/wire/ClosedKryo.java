package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.util.Collection;

/** Makes Kryo instances that know the listed classes by their ids, and no class by its name. */
final class ClosedKryo {

  /** More than any message nests; WireSerializers refuses types within themselves. */
  private static final int DEEPEST = 24;

  private ClosedKryo() {}

  /** An instance for one thread at a time. */
  static Kryo create(Collection<? extends WireTypes.Type<?>> types, WireSerializers serializers) {
    Kryo kryo = new Kryo(new IdsOnly(), null);
    kryo.setRegistrationRequired(true);
    kryo.setMaxDepth(DEEPEST);
    for (WireTypes.Type<?> type : types) {
      kryo.register(type.type(), serializers.get(type.type()), type.id());
    }
    return kryo;
  }

  private static final class IdsOnly extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
      throw new KryoException("a class is named, and only ids of classes are taken");
    }

    @Override
    @SuppressWarnings("rawtypes") // as Kryo declares it
    protected void writeName(Output output, Class type, Registration registration) {
      throw new KryoException(type + " is not in WireTypes");
    }
  }
}
