// The parts of Apache ECharts that the report draws with; see README.md for
// how echarts.min.js is made of them.
import { use } from 'echarts/core';
import { ScatterChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

use([ScatterChart, LineChart, GridComponent, CanvasRenderer]);

export { init } from 'echarts/core';
