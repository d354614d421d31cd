using System.Runtime.InteropServices;

namespace Mimir.Services.Hardening;

/// <summary>
/// No new privileges (no set-user-id program gains any), and a seccomp filter in front of every thread: system calls that no role needs and that help to read other processes,
/// to leave a container or to attack the kernel fail with EPERM; calls of another architecture end the process. The container's and unit's profiles, which list what is allowed, are stricter.
/// </summary>
internal static unsafe class SystemCallFilter
{
    private const int SetNoNewPrivileges = 38, GetSeccomp = 21, InvalidArgument = 22;
    private const uint FilterMode = 1, AllThreads = 1;
    private const uint Allow = 0x7FFF_0000, RefuseWithPermission = 0x0005_0001, KillProcess = 0x8000_0000, ForeignNumbers = 0x4000_0000;
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, Return = 0x06;
    private const uint NumberAt = 0, ArchitectureAt = 4;

    public static HardeningMeasure Measure { get; } = new("system calls", "no new privileges; ptrace, mount, bpf, kexec and the like are refused", Obstacle, Take);

    /// <summary>What is refused, with the numbers on x86-64 and on arm64 (asm/unistd.h).</summary>
    internal static IReadOnlyList<(string Name, uint X64, uint Arm64)> Refused { get; } =
    [
        ("ptrace", 101, 117), ("process_vm_readv", 310, 270), ("process_vm_writev", 311, 271), ("kcmp", 312, 272), ("pidfd_getfd", 438, 438),
        ("perf_event_open", 298, 241), ("bpf", 321, 280), ("userfaultfd", 323, 282), ("io_uring_setup", 425, 425),
        ("add_key", 248, 217), ("request_key", 249, 218), ("keyctl", 250, 219),
        ("mount", 165, 40), ("umount2", 166, 39), ("pivot_root", 155, 41), ("chroot", 161, 51), ("unshare", 272, 97), ("setns", 308, 268), ("open_by_handle_at", 304, 265),
        ("init_module", 175, 105), ("finit_module", 313, 273), ("delete_module", 176, 106), ("kexec_load", 246, 104), ("kexec_file_load", 320, 294),
        ("reboot", 169, 142), ("swapon", 167, 224), ("swapoff", 168, 225),
    ];

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return SystemCalls.NotLinux;
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64)) return "no filter is known for this processor; use x86-64 or arm64";
        return SystemCalls.ProcessControl(GetSeccomp, 0, 0, 0, 0) < 0 && Marshal.GetLastPInvokeError() == InvalidArgument ? "this kernel has no seccomp" : null;
    }

    private static string? Take()
    {
        if (SystemCalls.ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) != 0) return $"privileges cannot be ruled out: {SystemCalls.LastError}";
        var program = Program();
        fixed (Instruction* first = program)
        {
            var header = new ProgramHeader { Length = (ushort)program.Length, First = first };
            var result = SystemCalls.Seccomp(IsX64 ? 317 : 277, FilterMode, AllThreads, (nint)(&header));
            return result == 0 ? null : $"the filter was not accepted: {(result < 0 ? SystemCalls.LastError : "a thread has one of its own")}";
        }
    }

    private static Instruction[] Program()
    {
        var refused = Refused.Select(call => IsX64 ? call.X64 : call.Arm64).ToArray();
        var program = new List<Instruction>
        {
            new(LoadWord, ArchitectureAt),
            new(JumpIfEqual, IsX64 ? 0xC000_003E : 0xC000_00B7) { IfTrue = 1 },
            new(Return, KillProcess),
            new(LoadWord, NumberAt),
            new(JumpIfAtLeast, ForeignNumbers) { IfTrue = (byte)(refused.Length + 1) },
        };
        for (var i = 0; i < refused.Length; i++) program.Add(new(JumpIfEqual, refused[i]) { IfTrue = (byte)(refused.Length - i) });
        program.Add(new(Return, Allow));
        program.Add(new(Return, RefuseWithPermission));
        return [.. program];
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, uint value)
    {
        public readonly ushort Code = code;
        public byte IfTrue { get; init; }
        public byte IfFalse { get; init; }
        public readonly uint Value = value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramHeader
    {
        public ushort Length;
        public Instruction* First;
    }
}
