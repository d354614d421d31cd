using System.Runtime.InteropServices;

namespace Mimir.Cli.Keeping;

/// <summary>Leaves the terminal that started it, so that closing it ends nothing.</summary>
internal static partial class KeeperSession
{
    /// <summary>Begins a session of its own (setsid(2)); where there are none, nothing is to be left.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows()) _ = SetSession();
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSession();
}
