using System.Xml.Linq;
using Mimir.Cli.Benching.Growth;
using Mimir.Cli.Benching.Plots;

namespace Mimir.Cli.Tests.Benching;

public sealed class GrowthTests
{
    private static readonly GrowthRow Row = new(new GrowthPoint("gpt2:layers=2,hidden=64", 16, 2, 3, 4), 5, 0.25, 8, 0.125, 1.5, 0.0625, 0.5, 6, 7, 8, 9);

    [Fact]
    public void A_row_reads_back()
    {
        Assert.Equal(Row, GrowthRow.Parse(Row.ToString()));
        Assert.Equal(GrowthRow.Header.Split(',').Length, Row.ToString().Split('"')[2].Split(',').Length);
        foreach (var wrong in (string[])["", "a,b", "\"x\",1,2", Row + ",1", Row.ToString().Replace("0.25", "fast")])
            Assert.Throws<UsageException>(() => GrowthRow.Parse(wrong));
    }

    /// <summary>What a file holds is not measured again: the shape of this point does not exist, measuring it would fail.</summary>
    [Fact]
    public async Task Measuring_goes_on_where_it_was_broken_off()
    {
        var path = Path.GetTempFileName();
        try
        {
            var point = Row.Point with { Shape = "no such shape" };
            File.WriteAllText(path, GrowthRow.Header + "\n" + (Row with { Point = point }) + "\n");
            var file = GrowthFile.Open(path);
            await file.MeasureAsync([point], 2, _ => { }, TestContext.Current.CancellationToken);
            Assert.Equal(point, Assert.Single(file.Of([point, Row.Point])).Point);
            File.WriteAllText(path, "something else");
            Assert.Throws<UsageException>(() => GrowthFile.Open(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_grid_covers_what_is_asked()
    {
        Assert.Equal([64, 128, 256, 512, 1024, 2048], GrowthGrid.Contexts.Select(p => p.Context));
        Assert.Equal([1, 2, 4, 8, 16], GrowthGrid.Lanes.Select(p => p.Lanes));
        Assert.Equal([2, 3, 4, 5], GrowthGrid.Parties.Select(p => p.Parties));
        Assert.All(GrowthGrid.All, p => Assert.True(GrowthGrid.Memory(p) > 0));
        var parameters = GrowthGrid.Parameters.Select(p => Mimir.Models.Folding.ModelFolding.LayoutOf(Mimir.Models.Shapes.ModelShapes.Find(p.Shape)).Parameters).ToArray();
        Assert.Equal(parameters.Order(), parameters);
        Assert.InRange(parameters[0], 900_000, 1_500_000);
        Assert.InRange(parameters[^1], 450_000_000, 550_000_000);
    }

    [Fact]
    public void A_plot_is_well_formed_and_its_points_stand_in_the_frame()
    {
        var plot = new SvgPlot
        {
            Title = "Time & <space>",
            Across = "weights",
            Up = "seconds",
            Series = [new("a", [(1, 1), (10, 2), (1e6, 50)]), new("b", [(1, 3), (10, 4)], Dashed: true)],
        };
        var svg = XDocument.Parse(plot.Render()).Root!;
        var circles = svg.Descendants().Where(e => e.Name.LocalName == "circle").ToArray();
        Assert.Equal(3, circles.Length);
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cx")!, 80, 620));
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cy")!, 46, 344));
        Assert.Contains(svg.Descendants(), e => e.Value == "Time & <space>");
        Assert.Contains("prefers-color-scheme:dark", svg.ToString());
        // Higher values stand higher up.
        Assert.True((double)circles[0].Attribute("cy")! > (double)circles[2].Attribute("cy")!);
    }
}
