using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Mimir.Benchmarks;

/// <summary>A benchmark that knows how much work one call is.</summary>
public interface IMeasuredWork
{
    /// <summary>The unit in billions per second: "GB/s", "G multiply-adds/s".</summary>
    string Unit { get; }

    /// <summary>Units done by one call with the current parameters.</summary>
    double WorkPerCall { get; }
}

/// <summary>Work of the fastest iteration over its time.</summary>
public sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "Best";

    public string Legend => "Throughput of the fastest iteration";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics
            || Activator.CreateInstance(benchmarkCase.Descriptor.Type) is not IMeasuredWork work)
            return "-";
        foreach (BenchmarkDotNet.Parameters.ParameterInstance parameter in benchmarkCase.Parameters.Items)
            benchmarkCase.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(work, parameter.Value);
        return string.Create(CultureInfo.InvariantCulture, $"{work.WorkPerCall / statistics.Min:F2} {work.Unit}");
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
