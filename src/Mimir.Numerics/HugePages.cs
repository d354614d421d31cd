using System.Runtime.InteropServices;

namespace Mimir.Numerics;

/// <summary>Asks the operating system for large pages, which spare a matrix pass most of its address translations.</summary>
internal static partial class HugePages
{
    private const nuint PageSize = 2 << 20;
    private const int AdviseHugePage = 14;

    /// <summary>A hint for memory that is about to be written first; does nothing where it is not understood.</summary>
    public static void Advise(nuint address, nuint bytes)
    {
        nuint first = (address + PageSize - 1) & ~(PageSize - 1);
        nuint end = (address + bytes) & ~(PageSize - 1);
        if (OperatingSystem.IsLinux() && end > first)
            _ = MemoryAdvise(first, end - first, AdviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryAdvise(nuint address, nuint length, int advice);
}
