using System.ComponentModel;
using System.Diagnostics;

namespace Mimir.Cli.Keeping;

/// <summary>What a process of a cluster takes now.</summary>
/// <param name="Role">Its role's word.</param>
/// <param name="Name">Its name.</param>
/// <param name="Process">Its number.</param>
/// <param name="MemoryBytes">Resident memory; null when it is gone.</param>
/// <param name="ProcessorSeconds">Processor time since it began.</param>
/// <param name="UpSeconds">Time since it began.</param>
internal sealed record ProcessUse(string Role, string Name, int Process, long? MemoryBytes, double? ProcessorSeconds, double? UpSeconds)
{
    /// <summary>Measured now.</summary>
    public static implicit operator ProcessUse(KeptProcess process) => Of(process);

    private static ProcessUse Of(KeptProcess kept)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(kept.Id);
            return new(
                kept.Role, kept.Name, kept.Id, process.WorkingSet64, Math.Round(process.TotalProcessorTime.TotalSeconds, 2),
                Math.Round((DateTime.Now - process.StartTime).TotalSeconds, 1));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return new(kept.Role, kept.Name, kept.Id, null, null, null);
        }
    }
}
