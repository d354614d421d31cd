using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>Runs a theory once for each register width.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryPathAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            Enum.GetValues<Path>().Select(path => (ITheoryDataRow)new TheoryDataRow<Path>(path)).ToArray());

    public override bool SupportsDiscoveryEnumeration() => true;
}
