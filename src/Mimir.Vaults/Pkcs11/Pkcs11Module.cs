using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Mimir.Vaults.Pkcs11;

/// <summary>
/// The PKCS#11 modules of this process. Each is loaded once and stays: finalizing a module ends the sessions of everybody in the process.
/// </summary>
internal static class Pkcs11Module
{
    private static readonly Lock Turn = new();
    private static readonly Dictionary<string, IPkcs11Library> Loaded = [];

    // Pkcs11Interop imports "libdl", a name that most systems have only with their development files.
    static Pkcs11Module() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, (name, assembly, path) =>
        name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", assembly, path, out var handle) ? handle : IntPtr.Zero);

    /// <summary>Makes the objects of a module.</summary>
    public static Pkcs11InteropFactories Factories { get; } = new();

    /// <summary>Loads a module, the first time that it is asked for.</summary>
    public static IPkcs11Library Load(string library)
    {
        lock (Turn)
        {
            if (!Loaded.TryGetValue(library, out var module))
                Loaded.Add(library, module = Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, library, AppType.MultiThreaded));
            return module;
        }
    }

    /// <summary>The slot with the token called <paramref name="label"/>, or null.</summary>
    public static ISlot? FindToken(string library, string label) =>
        Load(library).GetSlotList(SlotsType.WithTokenPresent).FirstOrDefault(s => s.GetTokenInfo().Label.TrimEnd() == label);
}
