using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mimir.EndToEnd.Tests.Deployment;

/// <summary>A container engine's seccomp profile as the filter that the engine would load, made by libseccomp.</summary>
internal static partial class SeccompFilter
{
    private const string Library = "libseccomp.so.2";

    /// <summary>Whether libseccomp is here.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Writes the filter of <paramref name="profile"/> for this machine to <paramref name="path"/>.</summary>
    public static void Write(JsonElement profile, string path)
    {
        var context = Init(Action(profile.GetProperty("defaultAction").GetString()!, profile.GetProperty("defaultErrnoRet").GetUInt32()));
        try
        {
            foreach (var rule in profile.GetProperty("syscalls").EnumerateArray())
            {
                var action = Action(rule.GetProperty("action").GetString()!, rule.TryGetProperty("errnoRet", out var error) ? error.GetUInt32() : 0);
                Argument[] arguments = rule.TryGetProperty("args", out var given) ? [.. given.EnumerateArray().Select(Argument.Of)] : [];
                foreach (var name in rule.GetProperty("names").EnumerateArray().Select(each => each.GetString()!))
                {
                    var number = Resolve(name);
                    // Negative: another architecture's call, or unknown to this version of the library; it stays refused.
                    if (number >= 0) Assert.Equal(0, Add(context, action, number, (uint)arguments.Length, arguments));
                }
            }

            using var file = File.Create(path);
            Assert.Equal(0, Export(context, file.SafeFileHandle.DangerousGetHandle().ToInt32()));
        }
        finally
        {
            Release(context);
        }
    }

    private static uint Action(string name, uint error) => name switch
    {
        "SCMP_ACT_ALLOW" => 0x7FFF_0000,
        "SCMP_ACT_ERRNO" => 0x0005_0000 | error,
        _ => throw new InvalidDataException(name),
    };

    [DllImport(Library, EntryPoint = "seccomp_init")]
    private static extern nint Init(uint action);

    [DllImport(Library, EntryPoint = "seccomp_release")]
    private static extern void Release(nint context);

    [DllImport(Library, EntryPoint = "seccomp_syscall_resolve_name", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Resolve(string name);

    [DllImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static extern int Add(nint context, uint action, int number, uint count, Argument[] arguments);

    [DllImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static extern int Export(nint context, int file);

    /// <summary>struct scmp_arg_cmp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Argument
    {
        public uint Index;
        public int Comparison;
        public ulong Value;
        public ulong SecondValue;

        public static Argument Of(JsonElement json) => new()
        {
            Index = json.GetProperty("index").GetUInt32(),
            Comparison = json.GetProperty("op").GetString() == "SCMP_CMP_MASKED_EQ" ? 7 : throw new InvalidDataException(),
            Value = json.GetProperty("value").GetUInt64(),
            SecondValue = json.GetProperty("valueTwo").GetUInt64(),
        };
    }
}
