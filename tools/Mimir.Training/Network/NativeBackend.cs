using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Mimir.Training.Network;

/// <summary>
/// Lets TorchSharp load on systems whose libstdc++ is older than the one that it was built with (Debian 12). Its native library names the
/// version GLIBCXX_3.4.32 for one marker symbol of GCC 13, std::ios_base_library_init, which nothing calls and no relocation uses; the
/// loader still refuses the library. The requirement is marked weak in the copy that the build put beside this program.
/// </summary>
internal static class NativeBackend
{
    private const string Version = "GLIBCXX_3.4.32";
    private const ushort Weak = 2;

    /// <summary>Call before the first use of TorchSharp. Does nothing where the library loads as it is.</summary>
    public static void Prepare()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(path))
            return;
        byte[] library = File.ReadAllBytes(path);
        Span<byte> entry = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Hash(Version));
        int at = library.AsSpan().IndexOf(entry);
        if (at < 0 || SystemHasVersion())
            return;
        BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(at + 4), Weak);
        File.WriteAllBytes(path, library);
    }

    private static bool SystemHasVersion()
    {
        string[] folders = ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64"];
        string? standard = folders.Select(f => Path.Combine(f, "libstdc++.so.6")).FirstOrDefault(File.Exists);
        return standard is not null && File.ReadAllBytes(standard).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version)) >= 0;
    }

    /// The System V hash by which version requirements are looked up (vna_hash, followed by vna_flags = 0).
    private static uint Hash(string name)
    {
        uint hash = 0;
        foreach (char c in name)
        {
            hash = unchecked((hash << 4) + c);
            uint high = hash & 0xF0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
